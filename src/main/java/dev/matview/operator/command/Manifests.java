package dev.matview.operator.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.MaterializedViewRefresh;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.postgres.ViewName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resources for views, ready for {@code kubectl apply}: no field that only repeats a default. */
final class Manifests {
    private static final String API_VERSION = MaterializedViewRefresh.GROUP + "/v1alpha1";

    private final DiscoverOptions options;
    private final ManifestOptions names;

    Manifests(DiscoverOptions options, ManifestOptions names) {
        this.options = options;
        this.names = names;
    }

    /** A YAML document for each, in the same order. */
    String of(List<ViewEntry> entries) {
        Map<ViewName, String> resourceNames =
                ResourceNames.of(entries.stream().map(ViewEntry::view).toList());
        return entries.stream()
                .map(entry -> document(entry, resourceNames.getOrDefault(entry.view(), "")))
                .collect(Collectors.joining("---\n"));
    }

    private String document(ViewEntry entry, String name) {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", name);
        put(metadata, "namespace", names.namespace());
        var resource = new LinkedHashMap<String, Object>();
        resource.put("apiVersion", API_VERSION);
        resource.put("kind", MaterializedViewRefresh.KIND);
        resource.put("metadata", metadata);
        resource.put("spec", spec(entry));
        try {
            return comment(entry) + Yaml.MAPPER.writeValueAsString(resource);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a resource is made of plain values", e);
        }
    }

    private String comment(ViewEntry entry) {
        var text = new StringBuilder("# " + entry.mode().value() + ": " + Printable.line(entry.reason()) + "\n");
        if (!entry.upstreams().isEmpty()) {
            text.append("# Reads ")
                    .append(entry.upstreams().stream().map(Printable::name).collect(Collectors.joining(", ")))
                    .append('\n');
        }
        if (entry.problem() != null) {
            text.append("# Can't work yet: ")
                    .append(Printable.line(entry.problem()))
                    .append('\n');
        }
        return text.toString();
    }

    private Map<String, Object> spec(ViewEntry entry) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("database", database());
        spec.put("view", view(entry));
        spec.put("mode", entry.mode());
        if (entry.mode() == RefreshMode.BLUE_GREEN) {
            spec.put("blueGreen", Map.of("adopt", true));
        }
        if (!names.schedules().isEmpty()) {
            spec.put("schedules", names.schedules());
            put(spec, "timeZone", names.timeZone());
        }
        return spec;
    }

    private static Map<String, Object> view(ViewEntry entry) {
        var view = new LinkedHashMap<String, Object>();
        view.put("schema", entry.schema());
        view.put("name", entry.name());
        return view;
    }

    private Map<String, Object> database() {
        var database = new LinkedHashMap<String, Object>();
        database.put("secretRef", Map.of("name", names.secret()));
        put(database, "host", options.host());
        put(database, "port", options.port());
        put(database, "name", options.name());
        var tls = new LinkedHashMap<String, Object>();
        put(tls, "mode", options.tlsMode() == TlsMode.VERIFY_FULL ? null : options.tlsMode());
        KeyReference authority = names.authority();
        put(tls, "ca", authority == null ? null : Map.of("secretKeyRef", authority));
        put(
                tls,
                "clientCertificateSecretRef",
                names.clientSecret() == null ? null : Map.of("name", names.clientSecret()));
        if (!tls.isEmpty()) {
            database.put("tls", tls);
        }
        return database;
    }

    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
