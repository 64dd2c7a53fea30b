"""The project's own error rates, measured: kills survived, false alarms, power. Each module is a command."""
