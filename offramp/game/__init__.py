"""The extensive form: arrays, compiling a scenario, information sets, the plain-words tree."""
