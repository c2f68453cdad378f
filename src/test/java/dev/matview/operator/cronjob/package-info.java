@NullMarked
package dev.matview.operator.cronjob;

import org.jspecify.annotations.NullMarked;
