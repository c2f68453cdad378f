package dev.matview.operator.api;

/** The longer CEL rules of the resource: what the scheduler could not read is refused by the API server already. */
final class SpecRules {
    /** The name of a Kubernetes object, which becomes a part of a path: an RFC 1123 subdomain. */
    static final String OBJECT_NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** PostgreSQL takes anything but NUL in a quoted identifier (PostgreSQL manual, section 4.1.1). */
    static final String IDENTIFIER = "^[^\\x00]+$";

    /** Text of some lines, which becomes a part of JSON in an environment variable: no control characters but those. */
    static final String TEXT = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]+$";

    /** One name or address, without what would make it more in a URL. */
    static final String HOST = "^[^\\s/?#@'\",]+$";

    /** RFC 3986 without user, password and fragment, in ASCII. */
    static final String HTTP_URL = "^https?://([-._A-Za-z0-9]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?][!-\"$-~]*)?$";

    static final String NAME_BYTES = "size(bytes(self.name)) <= 63";
    static final String SCHEMA_BYTES = "size(bytes(self.schema)) <= 63";
    static final String BYTES_MESSAGE = "a name in PostgreSQL has at most 63 bytes (an umlaut takes two)";

    private static final String NUMBER = "[+]?0*";
    private static final String MINUTE = NUMBER + "[1-5]?[0-9]";
    private static final String HOUR = NUMBER + "(1?[0-9]|2[0-3])";
    private static final String DAY = NUMBER + "([1-9]|[12][0-9]|3[01])";
    private static final String MONTH =
            "(" + NUMBER + "([1-9]|1[0-2])|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))";
    private static final String WEEKDAY = "(" + NUMBER + "[0-6]|(?i:sun|mon|tue|wed|thu|fri|sat))";

    private static final String STEP = "(/" + NUMBER + "[1-9][0-9]{0,8})?";
    private static final String MINUTE_ITEM = "([*?]|" + MINUTE + "(-" + MINUTE + ")?)" + STEP;
    private static final String HOUR_ITEM = "([*?]|" + HOUR + "(-" + HOUR + ")?)" + STEP;
    private static final String DAY_ITEM = "([*?]|" + DAY + "(-" + DAY + ")?)" + STEP;
    private static final String MONTH_ITEM = "([*?]|" + MONTH + "(-" + MONTH + ")?)" + STEP;
    private static final String WEEKDAY_ITEM = "([*?]|" + WEEKDAY + "(-" + WEEKDAY + ")?)" + STEP;

    // Commas: the controller skips what is empty between them.
    private static final String MINUTES = ",*" + MINUTE_ITEM + "(,+" + MINUTE_ITEM + ")*,*";
    private static final String HOURS = ",*" + HOUR_ITEM + "(,+" + HOUR_ITEM + ")*,*";
    private static final String DAYS = ",*" + DAY_ITEM + "(,+" + DAY_ITEM + ")*,*";
    private static final String MONTHS = ",*" + MONTH_ITEM + "(,+" + MONTH_ITEM + ")*,*";
    private static final String WEEKDAYS = ",*" + WEEKDAY_ITEM + "(,+" + WEEKDAY_ITEM + ")*,*";

    /** Every element is in the dialect of the CronJob controller; a range that runs backwards is left to the scheduler. */
    static final String CRON = "!has(self.schedules) || self.schedules.all(s, s.matches('"
            + "^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\\\\s*"
            + MINUTES + "\\\\s+" + HOURS + "\\\\s+" + DAYS + "\\\\s+" + MONTHS + "\\\\s+" + WEEKDAYS
            + "\\\\s*)$'))";

    /** The API server's own time zone data knows the name; an unknown one makes the conversion fail. */
    static final String TIME_ZONE = "self.timeZone != 'Local' && self.timeZone.matches('^[A-Za-z]')"
            + " && timestamp('2000-01-01T00:00:00Z').getHours(self.timeZone) >= 0";

    /** What may speed up a query and change nothing about its result, nor reach beyond it (PostgreSQL manual, sections 19.4.1, 19.7). */
    private static final String SETTING = "hash_mem_multiplier|maintenance_work_mem|work_mem"
            + "|effective_io_concurrency|maintenance_io_concurrency"
            + "|max_parallel_maintenance_workers|max_parallel_workers|max_parallel_workers_per_gather"
            + "|parallel_leader_participation"
            + "|enable_[a-z_]+"
            + "|(cpu_(index_tuple|operator|tuple)|parallel_(setup|tuple)|random_page|seq_page)_cost"
            + "|effective_cache_size|min_parallel_(index|table)_scan_size"
            + "|jit|jit_(above|inline_above|optimize_above)_cost"
            + "|geqo|geqo_(effort|generations|pool_size|seed|selection_bias|threshold)"
            + "|constraint_exclusion|(from|join)_collapse_limit"
            + "|recursive_worktable_factor";

    static final String SETTINGS = "!has(self.settings) || self.settings.all(s," + " s.matches('^(" + SETTING + ")$'))";

    static final String SETTINGS_MESSAGE = "settings takes settings of memory (such as work_mem,"
            + " maintenance_work_mem, hash_mem_multiplier) and of the planner (such as random_page_cost, enable_nestloop,"
            + " max_parallel_workers_per_gather, jit), each in small letters";

    private SpecRules() {}
}
