"""The people who take calls: their skills, their activity, the legs to their telephones."""
