package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.SqlFailures;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The numbers of errors that MySQL and MariaDB share. */
final class MysqlErrors {
    private MysqlErrors() {}

    static TargetFailure meaning(SQLException failed, boolean encrypted) {
        return switch (failed.getErrorCode()) {
            case 1045, 1698, 1820, 1862, 3118, 4151 -> TargetFailure.LOGIN_REFUSED;
            case 1040, 1053, 1129, 1203, 1226 -> TargetFailure.UNREACHABLE;
            case 1205, 1317, 1969, 3024 -> TargetFailure.TIMED_OUT;
            case 1235, 1251, 1289 -> TargetFailure.NOT_SUPPORTED;
            default -> isRightMissing(failed) ? TargetFailure.NOT_PERMITTED : ofState(failed, encrypted);
        };
    }

    private static TargetFailure ofState(SQLException failed, boolean encrypted) {
        String state = SqlFailures.state(failed);
        if (state.startsWith("28")) {
            return TargetFailure.LOGIN_REFUSED;
        }
        // Of the driver: a server without TLS, or one that has gone.
        if (state.startsWith("08")) {
            return encrypted ? TargetFailure.TLS_FAILED : TargetFailure.UNREACHABLE;
        }
        return TargetFailure.STATEMENT_REFUSED;
    }

    /** By the history of MySQL, or by a plugin of MariaDB, of which it says no more than that the account is not altered, or that the password does not satisfy it. */
    static boolean isOldPassword(@Nullable String code) {
        return "3638".equals(code) || "1396".equals(code) || "1819".equals(code);
    }

    static boolean isRightMissing(SQLException failed) {
        return switch (failed.getErrorCode()) {
            case 1044, 1095, 1142, 1143, 1227, 1370, 1410, 1419, 1697 -> true;
            default -> false;
        };
    }

    /** What is to be taken away is not there. */
    static boolean isNothingThere(SQLException failed) {
        return switch (failed.getErrorCode()) {
            case 1008, 1049, 1051, 1091, 1094, 1133, 1141, 1146, 1147, 1269, 1305, 1360, 1396, 3162, 4031 -> true;
            default -> false;
        };
    }
}
