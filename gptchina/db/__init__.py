"""Tables, the engine, and the only commit in the program."""
