package ai.scailabs.vault.credentials.connector;

import java.io.Serial;
import java.sql.SQLException;

/** Which statement of a role it was; its codes are those of the refusal. */
public final class RefusedStatement extends SQLException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String field;

    /** @param field such as {@code creation_statements[1]} */
    public RefusedStatement(String field, SQLException refusal) {
        super("a statement of the role failed", refusal.getSQLState(), refusal.getErrorCode(), refusal);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
