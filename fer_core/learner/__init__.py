"""The learner: what is asked, what is answered, what the answers teach the estimates."""
