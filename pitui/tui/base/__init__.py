"""What panes and screens share: actions, keys, messages, dialogs."""
