@NullMarked
package dev.matview.operator.net;

import org.jspecify.annotations.NullMarked;
