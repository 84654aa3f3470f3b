package ai.scailabs.vault.credentials.connector;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import org.junit.jupiter.api.Test;

class TargetExceptionTest {
    @Test
    void whatIsNoCode_isNotRepeated() {
        TargetException told = new TargetException(TargetFailure.STATEMENT_REFUSED, "password 'hunter2' refused");
        assertThat(told).hasMessage("the target refuses a statement");
        assertThat(told.code()).isNull();
    }

    @Test
    void statementIsNamed_besideTheCode() {
        TargetException told = new TargetException(TargetFailure.STATEMENT_REFUSED, "42P01").in("renew_statements[0]");
        assertThat(told).hasMessage("the target refuses a statement (42P01): renew_statements[0]");
        assertThat(told.failure()).isEqualTo(TargetFailure.STATEMENT_REFUSED);
    }

    @Test
    void login_showsNoPassword() {
        try (Login login = new Login("a", SensitiveBytes.owning(new byte[] {'x'}))) {
            assertThat(login).hasToString("a");
        }
    }
}
