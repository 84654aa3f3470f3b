package ai.scailabs.vault.api.system;

import java.util.Locale;
import java.util.Map;

/** Whether this instance can serve, checked anew at each call; the server implements it. */
public interface Readiness {
    /** The state of every dependency, quickly and without values. */
    Report report();

    /** As {@link #report()}, with figures for operators. */
    Details details();

    /**
     * @param state whether it can serve
     * @param checks {@code ok}, {@code error} or {@code not_configured} by dependency
     * @param errors what is wrong, by dependency, in words without addresses or credentials
     */
    record Report(State state, Map<String, String> checks, Map<String, String> errors) {
        public boolean ready() {
            return state != State.UNHEALTHY;
        }
    }

    /** @param checks figures by dependency */
    record Details(State state, long uptimeSeconds, Map<String, Map<String, Object>> checks) {}

    /** Of the instance as a whole. */
    enum State {
        HEALTHY,
        /** It serves, without something that it can do without. */
        DEGRADED,
        UNHEALTHY;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        public String wireName() {
            return wireName;
        }
    }
}
