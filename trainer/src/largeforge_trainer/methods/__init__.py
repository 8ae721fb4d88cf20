"""One module per training method; TRL is imported only in here, because its API moves with every release."""
