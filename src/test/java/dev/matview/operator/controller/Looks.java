package dev.matview.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Condition;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.MaterializedViewRefreshSpec;
import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.ViewVersion;
import dev.matview.operator.refresh.Outcome;
import dev.matview.operator.refresh.Purpose;
import dev.matview.operator.refresh.Trigger;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One resource from look to look on 2026-11-21, the day of all times here: created at 10:00:00, due every hour, and
 * what one look leaves behind is what the next one finds.
 */
final class Looks {
    private static final Pacing PACING = new Pacing(
            new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5)),
            new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(5)),
            () -> 0);

    private final @Nullable String job;
    private final String name;
    private final Ordering ordering;
    private Set<ResourceKey> concerned = Set.of();
    private final Map<String, String> annotations = new HashMap<>();
    private MaterializedViewRefreshSpec spec = spec("schedules: ['0 * * * *']");
    private String namespace = "ns";
    private long generation = 1;
    private Delegation delegation = Delegation.NONE;
    private MaterializedViewRefreshStatus status = MaterializedViewRefreshStatus.EMPTY;
    private Gate gate = Gate.OPEN;
    private @Nullable Failure objection;
    private NextStep next = new NextStep.Wait(null);
    private @Nullable Trigger lastTrigger;
    private Duration sleep = Duration.ZERO;
    private String verdict = "";

    private Looks(@Nullable String job, String name, Ordering ordering) {
        this.job = job;
        this.name = name;
        this.ordering = ordering;
    }

    /** Its runs take place in the operator. */
    static Looks inOperator() {
        return new Looks(null, "v", new Ordering());
    }

    /** The same of one of several resources; resource and view have that name. */
    static Looks among(Ordering ordering, String name) {
        return new Looks(null, name, ordering);
    }

    /** The same in another namespace. */
    Looks in(String other) {
        namespace = other;
        return this;
    }

    /** Its runs take place in Jobs, all of the name "job"; it is validated, and its CronJob is there since 10:00:01. */
    static Looks inJobs() {
        var looks = new Looks("job", "v", new Ordering());
        looks.declare("execution: CronJob, schedules: ['0 * * * *']");
        looks.delegation = new Delegation(true, at("10:00:01"), false);
        looks.settle();
        return looks;
    }

    /** Has it looked at and found valid. */
    void settle() {
        look("10:00:01");
        end("10:00:02", new Outcome.Checked(facts(true), List.of()));
    }

    /** @param text fields of the spec, as in a YAML map */
    static MaterializedViewRefreshSpec spec(String text) {
        return spec("v", text);
    }

    private static MaterializedViewRefreshSpec spec(String view, String text) {
        return Serialization.unmarshal(
                        "--- {spec: {database: {secretRef: {name: s}}, view: {name: %s}, %s}}".formatted(view, text),
                        MaterializedViewRefresh.class)
                .getSpec();
    }

    void declare(String text) {
        declare(spec(name, text));
    }

    void declare(MaterializedViewRefreshSpec wanted) {
        spec = wanted;
    }

    void generation(long number) {
        generation = number;
    }

    void delegation(Delegation given) {
        delegation = given;
    }

    void objection(@Nullable Failure why) {
        objection = why;
    }

    void request(String token) {
        annotations.put(MaterializedViewRefresh.REFRESH_REQUESTED, token);
    }

    /** All that the operator had in memory is gone. */
    void restart() {
        gate = Gate.of(status);
    }

    /** Nothing is under way. */
    void look(String time) {
        pass(null, time);
    }

    /** What was started last has been under way since then. */
    void underWay(String time, String start) {
        pass(new Progress.UnderWay(lastPurpose(), at(start), null), time);
    }

    /** What was started last has ended so. */
    void end(String time, Outcome outcome) {
        end(time, lastPurpose(), outcome);
    }

    void end(String time, Trigger trigger, Outcome outcome) {
        end(time, purpose(trigger), outcome);
    }

    void end(String time, Purpose purpose, Outcome outcome) {
        pass(new Progress.Ended(purpose, outcome, job == null ? null : List.of(), false, false), time);
    }

    void pass(@Nullable Progress progress, String time) {
        Instant now = at(time);
        Plan plan = Plan.of(spec);
        var pass = new Pass(
                resource(),
                plan,
                status,
                progress,
                objection,
                delegation,
                ordering.precedence(key(), plan, now),
                gate,
                PACING,
                now);
        boolean underWay =
                progress instanceof Progress.UnderWay run && !run.purpose().isCheck();
        concerned = ordering.keep(resource(), pass, underWay, objection != null, now);
        status = pass.status();
        gate = pass.gate();
        next = pass.next();
        sleep = pass.atMost(Duration.ofDays(1));
        verdict = new Verdict(pass, progress != null, at(time)).toString();
        if (next instanceof NextStep.Start(Trigger trigger)) {
            lastTrigger = trigger;
        }
    }

    /** Whom the last look concerned besides. */
    Set<ResourceKey> concerned() {
        return concerned;
    }

    ResourceKey key() {
        return ResourceKey.of(resource());
    }

    MaterializedViewRefresh resource() {
        var resource = new MaterializedViewRefresh();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(name)
                .withUid("uid-of-" + name)
                .withGeneration(generation)
                .withCreationTimestamp(at("10:00:00").toString())
                .withAnnotations(Map.copyOf(annotations))
                .build());
        resource.setSpec(spec);
        resource.setStatus(status);
        return resource;
    }

    Purpose lastPurpose() {
        assertThat(lastTrigger).as("something was started").isNotNull();
        return purpose(Objects.requireNonNull(lastTrigger));
    }

    Purpose purpose(Trigger trigger) {
        return new Purpose(generation, trigger, RefreshMode.CONCURRENT, job);
    }

    MaterializedViewRefreshStatus status() {
        return status;
    }

    NextStep next() {
        return next;
    }

    /** How long nothing changes by itself but for what is next; a day at most. */
    Duration sleep() {
        return sleep;
    }

    /** Why something was due at the last look or was not, as the log says it. */
    String verdict() {
        return verdict;
    }

    Condition ready() {
        return Objects.requireNonNull(status.condition("Ready"));
    }

    static Instant at(String time) {
        return Instant.parse("2026-11-21T" + time + "Z");
    }

    static ViewFacts facts(boolean populated) {
        return facts("v", populated);
    }

    /** What the catalog says about a view of that name, in the schema "public". */
    static ViewFacts facts(String view, boolean populated) {
        return new ViewFacts(
                new ViewIdentity("7", "app", new ViewName("public", view)),
                1,
                populated,
                "app",
                true,
                false,
                10L,
                null,
                List.of(),
                List.of(new ViewFacts.UniqueIndex("v_key", null)),
                null,
                null,
                null);
    }

    static Outcome.Refreshed refreshed(String start, String end) {
        return refreshed(facts(true), start, end);
    }

    static Outcome.Refreshed refreshed(ViewFacts facts, String start, String end) {
        var result = new RefreshResult(
                RefreshMode.CONCURRENT, 10L, 8192, 1, Duration.ZERO, new ViewVersion(1, 2, 3), 4, List.of());
        var duration = Duration.between(at(start), at(end));
        return new Outcome.Refreshed(facts, result, at(start), at(end), duration, List.of(), null, null);
    }

    static Outcome failed(Reason reason, @Nullable ViewFacts facts, String start, String end) {
        return new Outcome.Failed(
                new Failure(reason, "what is wrong, and the fix"), facts, at(start), at(end), 1, Duration.ZERO);
    }
}
