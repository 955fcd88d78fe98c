"""pitui's own calm theme, and the colours that every theme gets from its basic ones."""

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from pitui.domain.errors import ConfigError

OWN = "pitui"

OWN_THEME = Theme(
    name=OWN,
    primary="#7fb4ca",
    secondary="#938aa9",
    accent="#e8a15c",
    warning="#e6c384",
    error="#e8707e",
    success="#98bb6c",
    foreground="#d3d7de",
    background="#15171c",
    surface="#1a1d23",
    panel="#242831",
    dark=True,
    variables={
        "text-success": "#98bb6c",
        "text-warning": "#e6c384",
        "text-error": "#f0858f",
        "text-accent": "#e8a15c",
        "text-primary": "#7fb4ca",
        "block-cursor-background": "#2d3440",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#7fb4ca 35%",
    },
)


def theme_variables(theme: Theme) -> dict[str, str]:
    """Return the colours of ours that follow from a theme's basic ones."""
    if theme.ansi:
        return {
            "tone-dim": "ansi_bright_black",
            "line": "ansi_bright_black",
            "cursor": "ansi_bright_black",
            "cursor-blurred": "ansi_black",
            "marked": "ansi_black",
        }
    system = theme.to_color_system()
    generated = system.generate()
    background = Color.parse(generated["background"])
    foreground = Color.parse(generated["foreground"])
    primary = Color.parse(generated["primary"])
    return {
        "tone-dim": background.blend(foreground, 0.58).hex,
        "line": background.blend(foreground, 0.24).hex,
        "cursor": background.blend(primary, 0.24).hex,
        "cursor-blurred": background.blend(foreground, 0.10).hex,
        "marked": background.blend(primary, 0.10).hex,
    }


def check_theme(name: str | None) -> str:
    """Return the name of a theme that exists; pitui's own where none (None) is asked for.

    Raises:
        ConfigError: there is no such theme.
    """
    if name is None or name == OWN:
        return OWN
    if name not in BUILTIN_THEMES:
        known = ", ".join([OWN, *BUILTIN_THEMES])
        raise ConfigError(f"ui.theme: unknown theme {name!r}", f"Themes: {known}.")
    return name
