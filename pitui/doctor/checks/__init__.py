"""The checks, one file each; `pitui.doctor.registry` lists them."""
