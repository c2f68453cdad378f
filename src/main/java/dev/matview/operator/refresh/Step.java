package dev.matview.operator.refresh;

import java.time.Duration;

/** What comes after a run has used a connection. */
sealed interface Step {
    /** Nothing more. */
    record End(Outcome outcome) implements Step {}

    /** Again after that time; nothing is held until then. */
    record Pause(Duration pause) implements Step {}
}
