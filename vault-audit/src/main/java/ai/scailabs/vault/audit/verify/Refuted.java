package ai.scailabs.vault.audit.verify;

/** The first thing that was found. The message shows nothing of entries. */
final class Refuted extends Exception {
    private static final long serialVersionUID = 1L;

    private final Finding finding;
    private final transient Place place;

    Refuted(Finding finding, Place place, String message) {
        super(message);
        this.finding = finding;
        this.place = place;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    Finding finding() {
        return finding;
    }

    Place place() {
        return place;
    }
}
