package ai.scailabs.vault.credentials.connector;

import java.io.Serial;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A target did not do it. Of what it wrote there is its code at most, and there is no cause: the exceptions of drivers hold statements, and with them passwords.
 */
public final class TargetException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /** SQLSTATE, the number of an error, or the word that an error of Redis begins with. */
    private static final Pattern CODE = Pattern.compile("[0-9A-Z]{1,16}");

    private final TargetFailure failure;
    private final @Nullable String code;
    private final @Nullable String statement;

    public TargetException(TargetFailure failure) {
        this(failure, null, null);
    }

    public TargetException(TargetFailure failure, @Nullable String code) {
        this(failure, code, null);
    }

    private TargetException(TargetFailure failure, @Nullable String code, @Nullable String statement) {
        super(message(failure, code, statement), null, false, true);
        this.failure = failure;
        this.code = known(code);
        this.statement = statement;
    }

    /** The same, with the statement of a role that it happened in. */
    public TargetException in(String field) {
        return new TargetException(failure, code, field);
    }

    private static String message(TargetFailure failure, @Nullable String code, @Nullable String statement) {
        String known = known(code);
        return "the target " + failure.text() + (known == null ? "" : " (" + known + ")")
                + (statement == null ? "" : ": " + statement);
    }

    /** A code of another form is nothing that a driver or an honest target gives. */
    private static @Nullable String known(@Nullable String code) {
        return code != null && CODE.matcher(code).matches() ? code : null;
    }

    public TargetFailure failure() {
        return failure;
    }

    /** The target's own; absent where it said none. */
    public @Nullable String code() {
        return code;
    }

    /** Such as {@code creation_statements[1]}; absent where it was none of a role. */
    public @Nullable String statement() {
        return statement;
    }
}
