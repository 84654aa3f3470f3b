package ai.scailabs.vault.credentials.connector;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What exceptions of JDBC mean, whoever throws them. Their texts hold what the server wrote, and are read by nobody. */
public final class SqlFailures {
    private SqlFailures() {}

    /** What the network is to blame for; empty when the server has answered. */
    public static Optional<TargetFailure> ofNetwork(Throwable failure, Route route) {
        if (route.isLate()) {
            return Optional.of(TargetFailure.TIMED_OUT);
        }
        TargetFailure found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            TargetFailure here = switch (cause) {
                case SSLException _ -> TargetFailure.TLS_FAILED;
                case GeneralSecurityException _ -> TargetFailure.TLS_FAILED;
                case SocketTimeoutException _ -> TargetFailure.TIMED_OUT;
                case SQLTimeoutException _ -> TargetFailure.TIMED_OUT;
                case IOException _ -> TargetFailure.UNREACHABLE;
                default -> null;
            };
            // The innermost tells most: a handshake that was cut off is no matter of trust.
            found = here == null ? found : here;
        }
        return Optional.ofNullable(found);
    }

    /** As the server gave it. */
    public static String state(SQLException failure) {
        return failure.getSQLState() == null ? "" : failure.getSQLState();
    }
}
