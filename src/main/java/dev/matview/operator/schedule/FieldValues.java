package dev.matview.operator.schedule;

/**
 * The values that one field of a cron expression allows.
 *
 * @param bits bit n is set when the value n is allowed
 * @param unrestricted whether {@code *} or {@code ?} says so outright: a list or range that happens to name every value does not
 */
record FieldValues(long bits, boolean unrestricted) {
    static final FieldValues NONE = new FieldValues(0, false);

    /** Every {@code step}th value from {@code first} to {@code last}, both within 0 to 63. */
    static FieldValues of(int first, int last, int step, boolean unrestricted) {
        long bits = 0;
        for (int value = first; value <= last; value += step) {
            bits |= 1L << value;
        }
        return new FieldValues(bits, unrestricted);
    }

    FieldValues plus(FieldValues other) {
        return new FieldValues(bits | other.bits, unrestricted || other.unrestricted);
    }

    boolean contains(int value) {
        return (bits & (1L << value)) != 0;
    }
}
