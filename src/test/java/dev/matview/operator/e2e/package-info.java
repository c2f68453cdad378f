/**
 * The chart and the image on a cluster that runs pods, as {@code make e2e} provides one. Each test installs its own
 * releases, and leaves nothing behind but the namespaces that are still being deleted.
 */
@NullMarked
package dev.matview.operator.e2e;

import org.jspecify.annotations.NullMarked;
