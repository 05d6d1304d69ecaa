"""What happens without the client: the timeline's actions, and the people and channels that act."""
