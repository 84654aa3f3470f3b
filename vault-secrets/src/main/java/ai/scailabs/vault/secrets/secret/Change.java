package ai.scailabs.vault.secrets.secret;

/** What a request says about one setting: nothing, a new value, or {@code null} for the default. */
public sealed interface Change<T> {
    record Keep<T>() implements Change<T> {}

    record SetTo<T>(T value) implements Change<T> {}

    record Clear<T>() implements Change<T> {}

    static <T> Change<T> keep() {
        return new Keep<>();
    }

    static <T> Change<T> setTo(T value) {
        return new SetTo<>(value);
    }

    static <T> Change<T> clear() {
        return new Clear<>();
    }
}
