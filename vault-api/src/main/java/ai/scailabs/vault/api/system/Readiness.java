package ai.scailabs.vault.api.system;

import java.util.Map;

/** Whether this instance can serve, checked anew at each call; the server implements it. */
public interface Readiness {
    /** The state of every dependency, quickly and without values. */
    Report report();

    /** As {@link #report()}, with figures for operators. */
    Details details();

    /**
     * @param checks {@code ok} or {@code error} by dependency
     * @param errors what is wrong, by dependency, in words without addresses or credentials
     */
    record Report(Map<String, String> checks, Map<String, String> errors) {
        public boolean ready() {
            return errors.isEmpty();
        }
    }

    /** @param checks figures by dependency */
    record Details(boolean healthy, long uptimeSeconds, Map<String, Map<String, Object>> checks) {}
}
