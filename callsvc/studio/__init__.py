"""Where an administrator writes a flow, tries it, publishes it, and sees where people leave it."""
