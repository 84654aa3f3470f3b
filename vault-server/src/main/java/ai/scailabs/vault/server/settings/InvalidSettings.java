package ai.scailabs.vault.server.settings;

import java.util.List;

/** The environment does not describe a server that could run. */
public final class InvalidSettings extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    InvalidSettings(List<String> problems) {
        super(String.join("; ", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One line each, without values. */
    public List<String> problems() {
        return problems;
    }
}
