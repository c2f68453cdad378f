/** Tests of the resource's types, and of the files that are generated from them. */
@NullMarked
package dev.matview.operator.api;

import org.jspecify.annotations.NullMarked;
