package dev.matview.operator.it;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What {@code kubectl get -o wide} prints: the server makes the table. */
record KubectlTable(KubernetesClient client) {
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

    /** The resource's row by the names of the columns. */
    Map<String, String> row(RefreshResource resource) {
        var base = client.getMasterUrl().toString().replaceAll("/$", "");
        var request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(base + "/apis/matview.dev/v1alpha1/namespaces/" + resource.namespace()
                        + "/materializedviewrefreshes/" + resource.name())
                .header("Accept", TABLE)
                .build();
        try {
            var body = client.getHttpClient()
                    .sendAsync(request, String.class)
                    .get(10, TimeUnit.SECONDS)
                    .body();
            var table = Serialization.unmarshal(body, Table.class);
            var cells = table.rows().getFirst().cells();
            var row = new LinkedHashMap<String, String>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(table.columnDefinitions().get(i).name(), String.valueOf(cells.get(i)));
            }
            return row;
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Table(List<Column> columnDefinitions, List<Row> rows) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Column(String name) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Row(List<Object> cells) {}
}
