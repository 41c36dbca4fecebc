"""The library pointed at a workspace: scenarios, runs and questions of a server, from Python."""
