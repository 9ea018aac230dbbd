"""The parts of the about page: the model, and the texts on privacy, use and licences."""
