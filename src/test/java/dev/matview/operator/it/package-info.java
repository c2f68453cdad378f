/** Tests against a real API server. They need its admin's kubeconfig, and leave nothing behind but the definition. */
@NullMarked
package dev.matview.operator.it;

import org.jspecify.annotations.NullMarked;
