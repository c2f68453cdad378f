package dev.matview.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored may come from another version of the definition: it is read by the client's own mapper. */
class StoredResourceTest {
    private static final String DATABASE = "'database':{'secretRef':{'name':'db'}}";
    private static final String VIEW = "'view':{'name':'totals'}";

    private final KubernetesSerialization serialization = new KubernetesSerialization(new ObjectMapper(), true);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'mode':'Sideways'        | spec.mode",
                "'database':{'secretRef':{'name':'db'},'tls':{'mode':'Best'}},'view':{'name':'v'}    | spec.database.tls.mode",
                "'database':{'secretRef':{'name':'db'},'tls':'none'},'view':{'name':'v'}             | spec.database.tls",
                "'database':{'secretRef':'db'},'view':{'name':'v'}                                   | spec.database.secretRef",
                "'database':{'secretRef':{'name':'db'},'port':99999999999},'view':{'name':'v'}       | spec.database.port",
                "'database':'db','view':{'name':'v'}                                                 | spec.database",
                "'database':{'secretRef':{'name':'db'}},'view':'v'                                   | spec.view",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':['v']}                        | spec.view.name",
                "'database':{'secretRef':{'name':'db'}},'view':{}                                    | spec.view.name",
                "'database':{'secretRef':{'name':'db'}}                                              | spec.view",
                "'view':{'name':'v'}                                                                 | spec.database",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'schedules':'* * * * *'  | spec.schedules",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'schedules':[{'at':'6'}] | spec.schedules[0]",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'suspend':'perhaps'      | spec.suspend",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'timeouts':{'lock':'1d'} | spec.timeouts",
                "'database':{'secretRef':{'name':'db'}},'view':{'name':'v'},'startingDeadlineSeconds':1e30"
                        + " | spec.startingDeadlineSeconds",
            })
    void aSpecThatThisVersionCannotReadSaysWhichFieldItIs(String fields, String path) {
        var spec = Objects.requireNonNull(read("{'spec':{" + fields + "}}").getSpec());
        assertThat(spec.unreadable())
                .isEqualTo(path + " is missing, or holds what this version of the operator does not know");
        assertThat(spec.schedules()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'all'", "5", "[]"})
    void aSpecThatIsNoObjectIsUnreadable(String spec) {
        assertThat(read("{'spec':" + spec + "}").getSpec())
                .extracting(MaterializedViewRefreshSpec::unreadable)
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'spec':null}", "{'status':{}}"})
    void aMissingSpecIsNull(String stored) {
        assertThat(read(stored).getSpec()).isNull();
    }

    @Test
    void aListIsReadThoughOneOfItsItemsIsUnreadable() {
        var list = serialization.unmarshal(
                json("{'items':[{'spec':{%s,%s}},{'spec':{%s,%s,'mode':'Sideways'}}]}"
                        .formatted(DATABASE, VIEW, DATABASE, VIEW)),
                Refreshes.class);
        assertThat(list.getItems())
                .extracting(r -> r.getSpec().unreadable() == null)
                .containsExactly(true, false);
    }

    @Test
    void aFieldOfALaterVersionIsPassedOver() {
        var spec = read("{'spec':{%s,%s,'onMissing':'Skip'}}".formatted(DATABASE, VIEW))
                .getSpec();
        assertThat(spec.unreadable()).isNull();
    }

    @Test
    void whatTheSpecLeavesOutHasTheDefaultsOfTheDefinition() {
        var spec = read("{'spec':{%s,%s}}".formatted(DATABASE, VIEW)).getSpec();
        assertThat(spec)
                .isEqualTo(new MaterializedViewRefreshSpec(
                        new DatabaseSpec(
                                new SecretReference("db"),
                                null,
                                null,
                                null,
                                new TlsSpec(TlsMode.VERIFY_FULL, null, null)),
                        new ViewSpec("public", "totals", null, List.of()),
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
                        new TimeoutsSpec("500ms", "1h"),
                        Map.of(),
                        AfterRefreshSpec.DEFAULT,
                        Execution.IN_OPERATOR,
                        null,
                        null,
                        null,
                        null,
                        0,
                        null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'limit':null}"})
    void aRetryThatNamesNoLimitHasTheDefaultOne(String retry) {
        var spec = read("{'spec':{%s,%s,'retry':%s}}".formatted(DATABASE, VIEW, retry))
                .getSpec();
        assertThat(spec.retry()).isEqualTo(new RetrySpec(5L, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'freshness':{}", "'freshness':{'maxAge':'1d'}", "'retry':{'backoff':'soon'}"})
    void aDurationThatCannotBeReadMakesTheSpecUnreadable(String field) {
        assertThat(read("{'spec':{%s,%s,%s}}".formatted(DATABASE, VIEW, field))
                        .getSpec()
                        .unreadable())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'fine'",
                "{'observedGeneration':'many'}",
                "{'history':{}}",
                "{'history':[{'status':'Failed'}]}",
                "{'lastRefreshTime':'yesterday'}",
                "{'lastRefresh':{'status':{},'trigger':'Schedule','startTime':'2026-11-21T10:00:00Z'}}",
                "{'conditions':[{'type':'Ready'}]}",
                "{'conditions':[null]}",
            })
    void aStatusThatThisVersionCannotReadIsBuiltAnew(String status) {
        assertThat(read("{'status':" + status + "}").getStatus()).isEqualTo(MaterializedViewRefreshStatus.EMPTY);
    }

    @Test
    void aStatusIsReadBackAsItWasWritten() {
        var resource = new MaterializedViewRefresh();
        resource.setStatus(ResourceExamples.fullStatus());
        assertThat(read(serialization.asJson(resource)).getStatus()).isEqualTo(ResourceExamples.fullStatus());
    }

    @Test
    void theTimesOfAStatusAreWrittenAsTheDefinitionHasThem() {
        var resource = new MaterializedViewRefresh();
        resource.setStatus(ResourceExamples.fullStatus());
        assertThat(serialization.asJson(resource)).contains("\"lastSuccessTime\":\"2026-11-21T10:00:00Z\"");
    }

    @Test
    void aSpecIsReadBackAsItWasWrittenWithoutTheReasonThatItIsUnreadable() {
        var resource = new MaterializedViewRefresh();
        resource.setSpec(ResourceExamples.fullSpec());
        var json = serialization.asJson(resource);
        assertThat(json).doesNotContain("unreadable");
        assertThat(read(json).getSpec()).isEqualTo(ResourceExamples.fullSpec());
    }

    private MaterializedViewRefresh read(String stored) {
        return serialization.unmarshal(json(stored), MaterializedViewRefresh.class);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static final class Refreshes extends DefaultKubernetesResourceList<MaterializedViewRefresh> {
        private static final long serialVersionUID = 1L;
    }
}
