"""A layered drawing of a directed graph: layers, the order within them, and where everything stands."""
