"""Starting and stopping Spark's daemons: spark-daemon.sh and systemd units."""
