"""A test declares its kind by its folder: see CONTRIBUTING.md. `./run check` runs the fast ones, `./run test` all."""
