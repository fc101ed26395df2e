"""Setting up an organisation from files: regions, platforms, hours, who aids whom; teams and agents."""
