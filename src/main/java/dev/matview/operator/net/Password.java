package dev.matview.operator.net;

/** A secret text that does not show up when something that holds it is printed. */
public record Password(String value) {
    @Override
    public String toString() {
        return "(hidden)";
    }
}
