package dev.matview.operator.refresh;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which managed views read which, and how they stand, so that a view can be refreshed after those that it reads. May be
 * used by several threads.
 *
 * @param <K> who manages a view
 */
public final class Order<K> {
    private final Map<K, Place> places = new HashMap<>();
    private final Map<String, K> managers = new HashMap<>();
    private final Map<String, Set<K>> readers = new HashMap<>();

    /**
     * Notes how a managed view stands now.
     *
     * @param now tells whether a run was due, which readers wait for as for one under way
     * @return whom that concerns: those who read it, when it makes a difference to them
     */
    public synchronized Set<K> put(K key, Place place, Instant now) {
        Place before = places.get(key);
        boolean told = before != null && before.sameForReaders(place) && !isOver(before, place, now);
        if (before != null && told && before.reads().equals(place.reads())) {
            places.put(key, place);
            return Set.of();
        }
        var concerned = new LinkedHashSet<>(remove(key));
        places.put(key, place);
        managers.put(place.view(), key);
        for (Read read : place.reads()) {
            readers.computeIfAbsent(read.view(), view -> new LinkedHashSet<>()).add(key);
        }
        concerned.addAll(readers(place.view()));
        return told ? Set.of() : concerned;
    }

    /**
     * The view is managed no more, or by somebody else.
     *
     * @return whom that concerns
     */
    public synchronized Set<K> remove(K key) {
        Place place = places.remove(key);
        if (place == null) {
            return Set.of();
        }
        managers.remove(place.view(), key);
        for (Read read : place.reads()) {
            Set<K> others = readers.get(read.view());
            if (others != null && others.remove(key) && others.isEmpty()) {
                readers.remove(read.view());
            }
        }
        return readers(place.view());
    }

    /**
     * How the views that one view reads stand, in the order of the names given.
     *
     * @param view the reader
     * @param names of the views that it reads
     */
    public synchronized List<Upstream<K>> upstreams(String view, List<String> names, Instant now) {
        var upstreams = new ArrayList<Upstream<K>>();
        for (String name : names) {
            K manager = managers.get(name);
            Place place = manager == null ? null : places.get(manager);
            if (manager == null || place == null) {
                upstreams.add(new Upstream<>(name, null, false, false, null, null));
            } else {
                boolean circular = reaches(place, view, new HashSet<>());
                boolean pending = !circular && isPending(place, now, new HashSet<>(Set.of(view)));
                upstreams.add(new Upstream<>(name, manager, pending, circular, place.refreshTime(), place.remark()));
            }
        }
        return upstreams;
    }

    /** Whether somebody may have waited for a run that has ended, perhaps before it was seen to begin. */
    private boolean isOver(Place before, Place after, Instant now) {
        return readers.containsKey(after.view()) && before.isAwaited(now) && !after.isAwaited(now);
    }

    /** Whether its content is about to change: it is under way, due, or will follow one that is. */
    private boolean isPending(Place place, Instant now, Set<String> seen) {
        if (!seen.add(place.view())) {
            return false;
        } else if (place.isAwaited(now)) {
            return true;
        } else if (!place.active() || !place.follows()) {
            return false;
        }
        for (Read read : place.reads()) {
            Place upstream = place(read.view());
            if (upstream == null || reaches(upstream, place.view(), new HashSet<>())) {
                continue;
            }
            boolean refreshed =
                    upstream.refreshTime() != null && !upstream.refreshTime().equals(read.refreshTime());
            if (refreshed || isPending(upstream, now, seen)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a view reads that other one, directly or through others: plain views can be replaced so that it does. */
    private boolean reaches(Place from, String view, Set<String> seen) {
        if (from.view().equals(view)) {
            return true;
        } else if (!seen.add(from.view())) {
            return false;
        }
        for (Read read : from.reads()) {
            Place next = place(read.view());
            if (next != null && reaches(next, view, seen)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Place place(String view) {
        K manager = managers.get(view);
        return manager == null ? null : places.get(manager);
    }

    private Set<K> readers(String view) {
        return new LinkedHashSet<>(readers.getOrDefault(view, Set.of()));
    }

    /**
     * How a managed view stands.
     *
     * @param view its identity
     * @param reads the views that it reads
     * @param active whether it is run by itself at all, not suspended or stalled
     * @param follows whether it is due when one of those was refreshed
     * @param busy whether a run is under way, or waits
     * @param due tells whether a run on schedule is due
     * @param refreshTime when its content last changed, or null when that is not known
     * @param remark what those who read it should know of its last run, as the end of a sentence, or null
     */
    public record Place(
            String view,
            List<Read> reads,
            boolean active,
            boolean follows,
            boolean busy,
            DueTest due,
            @Nullable Instant refreshTime,
            @Nullable String remark) {
        public Place {
            reads = List.copyOf(reads);
        }

        private boolean isAwaited(Instant now) {
            return busy || (active && due.at(now));
        }

        private boolean sameForReaders(Place other) {
            return view.equals(other.view)
                    && active == other.active
                    && follows == other.follows
                    && Objects.equals(refreshTime, other.refreshTime);
        }
    }

    /**
     * A view that another one reads.
     *
     * @param view its identity
     * @param refreshTime when it was last refreshed as of the reader's last run, or null
     */
    public record Read(String view, @Nullable Instant refreshTime) {}

    /** Whether a run on schedule is due. */
    @FunctionalInterface
    public interface DueTest {
        /** Whether it is at that time. */
        boolean at(Instant now);
    }

    /**
     * How a view that another one reads stands.
     *
     * @param view its identity
     * @param manager who manages it; null when nobody does
     * @param pending whether a run of it is under way or to be expected now
     * @param circular whether it reads the other one in turn, so that there is no order between them
     * @param refreshTime when its content last changed, or null
     * @param remark what is to be said about its last run, or null
     */
    public record Upstream<K>(
            String view,
            @Nullable K manager,
            boolean pending,
            boolean circular,
            @Nullable Instant refreshTime,
            @Nullable String remark) {}
}
