package dev.matview.operator.testing;

import java.util.List;

/** Which of the supported versions of PostgreSQL a test runs on. */
public enum Servers {
    /** Each: what is tested is the server's behaviour, or depends on it. */
    ALL,

    /** The first and the last: what is tested is the operator's own, and a server has to be there. */
    OLDEST_AND_NEWEST;

    List<Integer> of(List<Integer> majors) {
        return switch (this) {
            case ALL -> majors;
            case OLDEST_AND_NEWEST ->
                List.of(majors.getFirst(), majors.getLast()).stream().distinct().toList();
        };
    }
}
