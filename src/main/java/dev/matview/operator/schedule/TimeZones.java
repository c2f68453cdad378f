package dev.matview.operator.schedule;

import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Time zones by their names in the IANA time zone database, and by nothing else: {@link ZoneId#of} also takes offsets and offsets
 * from a prefix, such as {@code +01:00} and {@code UTC+3}, of which the API server and a CronJob know nothing.
 */
final class TimeZones {
    /** Names of the database that Java leaves out, and the names that it has for the same rules (the database's "backward" file). */
    private static final Map<String, String> ALIASES = Map.of(
            "EST", "America/Panama",
            "MST", "America/Phoenix",
            "HST", "Pacific/Honolulu",
            "ROC", "Asia/Taipei",
            "GMT+0", "Etc/GMT",
            "GMT-0", "Etc/GMT");

    private TimeZones() {}

    /** Throws {@link InvalidScheduleException} if the database has no such name; upper and lower case matter. */
    static ZoneId named(String name) {
        String javaName = ALIASES.getOrDefault(name, name);
        if (names().noneMatch(javaName::equals)) {
            String example = names().filter(name::equalsIgnoreCase).findFirst().orElse("Europe/Berlin or Etc/UTC");
            throw InvalidScheduleException.timeZone(
                    name, "is not a name of the IANA time zone database; use one, such as " + example);
        }
        return ZoneId.of(javaName);
    }

    private static Stream<String> names() {
        // The names under SystemV are Java's own.
        return ZoneRulesProvider.getAvailableZoneIds().stream().filter(name -> !name.startsWith("SystemV/"));
    }
}
