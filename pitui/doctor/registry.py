"""Every check: one line each, in the order in which a person would look."""

from collections.abc import Sequence

from pitui.config.did_you_mean import did_you_mean
from pitui.doctor.check import Check
from pitui.doctor.checks import (
    access_sudo,
    app_driver_unreachable,
    app_waiting,
    disk_errors,
    disk_inodes,
    disk_left_behind,
    disk_local_dir_in_ram,
    disk_read_only,
    disk_space,
    drift_files,
    heat_throttled,
    java_differs,
    java_missing,
    java_unfit,
    memory_executor_does_not_fit,
    memory_oom_killed,
    memory_worker_too_large,
    memory_zram,
    names_address_not_ours,
    names_duplicate_hostname,
    names_loopback,
    names_resolves_elsewhere,
    network_errors,
    network_slow_link,
    network_wifi,
    ports_blocked,
    ports_taken,
    power_undervoltage,
    python_differs,
    reach_ssh,
    security_no_authentication,
    security_open_rest,
    spark_gave_up,
    spark_master_differs,
    spark_pid_file,
    spark_second_master,
    spark_service_not_enabled,
    spark_unregistered,
    spark_version_differs,
    spark_worker_address,
    system_32_bit,
    system_page_size,
    time_offset,
)
from pitui.domain.errors import UsageError

CHECKS: tuple[Check, ...] = (
    reach_ssh.CHECK,
    names_loopback.CHECK,
    names_duplicate_hostname.CHECK,
    names_resolves_elsewhere.CHECK,
    names_address_not_ours.CHECK,
    ports_blocked.CHECK,
    ports_taken.CHECK,
    spark_second_master.CHECK,
    spark_master_differs.CHECK,
    spark_version_differs.CHECK,
    spark_gave_up.CHECK,
    spark_unregistered.CHECK,
    spark_pid_file.CHECK,
    spark_service_not_enabled.CHECK,
    spark_worker_address.CHECK,
    java_missing.CHECK,
    java_unfit.CHECK,
    java_differs.CHECK,
    python_differs.CHECK,
    system_32_bit.CHECK,
    system_page_size.CHECK,
    memory_executor_does_not_fit.CHECK,
    memory_oom_killed.CHECK,
    memory_worker_too_large.CHECK,
    memory_zram.CHECK,
    disk_errors.CHECK,
    disk_inodes.CHECK,
    disk_left_behind.CHECK,
    disk_local_dir_in_ram.CHECK,
    disk_read_only.CHECK,
    disk_space.CHECK,
    power_undervoltage.CHECK,
    heat_throttled.CHECK,
    network_errors.CHECK,
    network_slow_link.CHECK,
    network_wifi.CHECK,
    time_offset.CHECK,
    access_sudo.CHECK,
    security_no_authentication.CHECK,
    security_open_rest.CHECK,
    drift_files.CHECK,
    app_driver_unreachable.CHECK,
    app_waiting.CHECK,
)


def chosen_checks(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks that are wanted, by id or by group (`names`).

    Raises:
        UsageError: a word is neither, or no check is left.
    """
    known = [*dict.fromkeys(c.group for c in CHECKS), *(c.id for c in CHECKS)]
    for word in (*only, *skip):
        if word not in known:
            hint = did_you_mean(word, known)
            raise UsageError(f"unknown check {word!r}{hint}", f"There are: {', '.join(known)}.")
    wanted = [c for c in CHECKS if not only or c.id in only or c.group in only]
    left = tuple(c for c in wanted if c.id not in skip and c.group not in skip)
    if not left:
        raise UsageError("--skip leaves no check")
    return left
