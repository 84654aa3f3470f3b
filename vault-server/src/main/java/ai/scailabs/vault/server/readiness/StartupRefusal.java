package ai.scailabs.vault.server.readiness;

import java.util.List;

/** The environment is well-formed, but serving in it would not be safe or possible. */
public final class StartupRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    public StartupRefusal(List<String> problems) {
        super(String.join("; ", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One line each, for an operator. */
    public List<String> problems() {
        return problems;
    }
}
