package dev.matview.operator.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * Declares that one materialized view is kept fresh: which one, how, and when.
 *
 * <p>{@code getSpec()} and {@code getStatus()} are null when the stored object has none.
 */
@Group(MaterializedViewRefresh.GROUP)
@Version("v1alpha1")
@Kind(MaterializedViewRefresh.KIND)
@Plural("materializedviewrefreshes")
@Singular("materializedviewrefresh")
@ShortNames({"matviewrefresh", "mvr"})
@Categories("matview")
public class MaterializedViewRefresh extends CustomResource<MaterializedViewRefreshSpec, MaterializedViewRefreshStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    public static final String GROUP = "matview.dev";
    public static final String KIND = "MaterializedViewRefresh";

    /** A new value asks for a refresh now; it is echoed in {@code status.lastHandledRefreshRequest}. */
    public static final String REFRESH_REQUESTED = GROUP + "/refresh-requested";

    /** On a Secret: {@code "true"} lets resources replace the host, port or database name that the Secret gives. */
    public static final String ALLOW_OVERRIDE = GROUP + "/allow-override";
}
