package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted.
 *
 * @param unreadable why the stored spec could not be read, or null; all else is then without meaning
 */
@JsonDeserialize(using = SpecDeserializer.class)
@ValidationRule(
        value = SpecRules.CRON,
        message = "each schedule is a cron expression as CronJob reads it: five fields (minute hour day-of-month month"
                + " day-of-week) or @hourly, @daily, @weekly, @monthly, @yearly; no TZ=, no @every, Sunday is 0",
        fieldPath = ".schedules")
@ValidationRule(
        value = SpecRules.TIME_ZONE,
        message = "timeZone is a name of the IANA time zone database, such as Europe/Berlin or Etc/UTC",
        fieldPath = ".timeZone")
@ValidationRule(value = SpecRules.SETTINGS, message = SpecRules.SETTINGS_MESSAGE, fieldPath = ".settings")
@ValidationRule(
        value = "!has(self.cronJob) || self.execution == 'CronJob'",
        message = "cronJob is about execution: CronJob; set that, or remove cronJob",
        fieldPath = ".cronJob")
@ValidationRule(
        value = "self.onMissing != 'Create' || has(self.view.definition)",
        message = "onMissing: Create takes a view.definition to create the view from",
        fieldPath = ".onMissing")
@ValidationRule(
        value = "self.onDrift != 'Recreate' || has(self.view.definition)",
        message = "onDrift: Recreate takes a view.definition that the view is to have",
        fieldPath = ".onDrift")
public record MaterializedViewRefreshSpec(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("The database that holds the view.")
        DatabaseSpec database,

        @JsonProperty(required = true) @Required @JsonPropertyDescription("The materialized view to keep fresh.")
        ViewSpec view,

        @Default("Fail") @JsonPropertyDescription("""
                What to do when there is no such view. Fail: the resource is stalled. Skip: runs are skipped and the \
                resource stays ready. Either way it is looked for again, and a run that was due is made up when it is \
                there. Create: it is created from view.definition with view.indexes, and filled. No view is ever \
                dropped when the resource is deleted.""") OnMissing onMissing,

        @Default("Report") @JsonPropertyDescription("""
                What to do when the view is not what view.definition says, or lacks an index of view.indexes. Report: say \
                so in status.view.warnings and by an event, and refresh it as it is. Recreate: the next run makes it so, \
                by a replacement that keeps owner, grants, comments, indexes and the views that read it, and that is \
                refused when one of these would not survive.""") OnDrift onDrift,

        @Default("Concurrent") @JsonPropertyDescription("""
                How the view is refreshed. Concurrent: readers go on reading; needs a usable unique index, that is \
                valid, without a WHERE clause, on plain columns. Standard: quicker, but blocks readers for the whole \
                run. BlueGreen: quick, and readers go on reading; the name is a plain view on one of two materialized \
                views, which takes twice the disk. Swap: the same for a view that must stay a materialized view: a new one is \
                built beside it and takes its place. A view that is not populated yet is filled by Standard \
                first.""") RefreshMode mode,

        @Default("{}") @JsonPropertyDescription("What mode BlueGreen may do.")
        BlueGreenSpec blueGreen,

        @Size(max = 8) @JsonPropertyDescription("""
                When the view is refreshed: cron expressions in the dialect of CronJob (five fields, names, steps, \
                @hourly and the like). None: on demand only. Times that were missed are made up by at most one \
                run; those that fall due during a run are answered by it. A change starts anew from that moment.""") List<@Size(min = 1, max = 128) String> schedules,

        @Default("false")
        @JsonPropertyDescription(
                "Refreshes a new resource at once, not first at its next scheduled time. An unpopulated view always is.")
        boolean immediate,

        @Default("Etc/UTC")
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("The time zone of the schedules, by its name in the IANA time zone database.")
        String timeZone,

        @Min(1) @Max(31536000) @JsonPropertyDescription("""
                How many seconds late a scheduled run may still start. A run that is later is counted in \
                status.missedSchedules and left out. Absent: at any time.""") @Nullable
        Long startingDeadlineSeconds,

        @Default("Wait") @JsonPropertyDescription("""
                What to do about the materialized views that this one reads, which the catalog tells (status.view.upstreams), \
                as far as other resources manage them. Wait: when both are due, the run waits until theirs have ended, at \
                most for startingDeadlineSeconds, or without that for timeouts.refresh. Follow: the same, and whenever one \
                of them has been refreshed, this view is due too, with or without schedules of its own. Ignore: \
                neither.""") UpstreamPolicy upstreams,

        @Default("false") @JsonPropertyDescription("""
                Stops runs on schedule. A run that is under way ends as usual, and a refresh by annotation works all \
                the same.""") boolean suspend,

        @Default("{}") @JsonPropertyDescription("Bounds on a run.")
        TimeoutsSpec timeouts,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonPropertyDescription("""
                Settings of PostgreSQL that the view's query runs under, for the time of the refresh (SET LOCAL), such \
                as work_mem: 256MB. Values are strings, so quote numbers and on and off. Settings of memory and of the \
                planner only.""")
        Map<String, String> settings,

        @Default("{}")
        @JsonPropertyDescription("What follows a refresh: maintenance of the view, and hooks that tell others.")
        AfterRefreshSpec afterRefresh,

        @Default("InOperator") @JsonPropertyDescription("""
                Where the view is refreshed. InOperator: in the operator's own process. CronJob: in pods of CronJobs \
                that the operator keeps in this namespace, one for each schedule, which Kubernetes starts, limits and \
                isolates; only where the operator may create them.""") Execution execution,

        @JsonPropertyDescription("The pods of execution CronJob.") @Nullable
        CronJobSpec cronJob,

        @JsonPropertyDescription("""
                Skips runs on schedule that would not change the view: nothing that it reads was written, and nothing \
                else changed that its content depends on. What can't be told for certain is refreshed, and \
                status.view.warnings says why if that is always so. Absent: always refresh.""") @Nullable SkipIfUnchangedSpec skipIfUnchanged,

        @JsonPropertyDescription("""
                How fresh the view is promised to be: condition Fresh says whether it is, and an Event when that \
                changes. Absent: no promise, and no such condition.""") @Nullable FreshnessSpec freshness,

        @JsonPropertyDescription("""
                How a run that could not reach the database is tried again. Absent: with the pauses that the operator is \
                set to, until it works, startingDeadlineSeconds is over or the next scheduled time has come.""") @Nullable RetrySpec retry,

        @Default("0") @Min(0) @Max(1000) @JsonPropertyDescription("""
                After so many failed runs in a row none is started any more but by request, until the spec is changed \
                or a refresh by request succeeds. A run is one however often it is tried again; one that the operator's \
                end has interrupted does not count, nor one that is skipped. 0: never.""")
        long suspendAfterFailures,

        // Not part of the definition: the framework copies resources by way of JSON, and it has to survive that.
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String unreadable) {

    @SuppressWarnings("ConstantValue")
    public MaterializedViewRefreshSpec {
        onMissing = onMissing == null ? OnMissing.FAIL : onMissing;
        onDrift = onDrift == null ? OnDrift.REPORT : onDrift;
        mode = mode == null ? RefreshMode.CONCURRENT : mode;
        blueGreen = blueGreen == null ? BlueGreenSpec.DEFAULT : blueGreen;
        schedules = schedules == null ? List.of() : List.copyOf(schedules);
        timeZone = timeZone == null ? "Etc/UTC" : timeZone;
        upstreams = upstreams == null ? UpstreamPolicy.WAIT : upstreams;
        settings = settings == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(settings));
        afterRefresh = afterRefresh == null ? AfterRefreshSpec.DEFAULT : afterRefresh;
        timeouts = timeouts == null ? TimeoutsSpec.DEFAULT : timeouts;
        execution = execution == null ? Execution.IN_OPERATOR : execution;
    }

    /** Stands for a spec that can't be read: it names nothing and asks for nothing. */
    public static MaterializedViewRefreshSpec unreadable(String why) {
        var database = new DatabaseSpec(new SecretReference(""), null, null, null, TlsSpec.VERIFY_FULL);
        var view = new ViewSpec("public", "", null, List.of());
        return new MaterializedViewRefreshSpec(
                database,
                view,
                OnMissing.FAIL,
                OnDrift.REPORT,
                RefreshMode.CONCURRENT,
                BlueGreenSpec.DEFAULT,
                List.of(),
                false,
                "Etc/UTC",
                null,
                UpstreamPolicy.WAIT,
                false,
                TimeoutsSpec.DEFAULT,
                Map.of(),
                AfterRefreshSpec.DEFAULT,
                Execution.IN_OPERATOR,
                null,
                null,
                null,
                null,
                0,
                why);
    }
}
