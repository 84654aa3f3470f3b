package ai.scailabs.vault.outbound.http;

/** A complete answer, whatever its status. */
public record Reply(int status, String body) {
    /** Without the body. */
    @Override
    public String toString() {
        return "Reply[" + status + "]";
    }
}
