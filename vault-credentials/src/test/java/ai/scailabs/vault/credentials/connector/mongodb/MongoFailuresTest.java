package ai.scailabs.vault.credentials.connector.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.connector.TargetFailure;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import java.io.IOException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MongoFailuresTest {
    private static final MongoCredential CREDENTIAL =
            MongoCredential.createScramSha256Credential("a", "admin", "hunter2".toCharArray());

    private static MongoCommandException refused(int code) {
        BsonDocument answer = new BsonDocument("code", new BsonInt32(code)).append("errmsg", new BsonString("hunter2"));
        return new MongoCommandException(answer, new ServerAddress("127.0.0.1"));
    }

    @ParameterizedTest
    @CsvSource({
        "18,LOGIN_REFUSED,LOGIN_REFUSED",
        "334,LOGIN_REFUSED,LOGIN_REFUSED",
        "8000,STATEMENT_REFUSED,LOGIN_REFUSED",
        "13,NOT_PERMITTED,LOGIN_REFUSED",
        "59,NOT_SUPPORTED,LOGIN_REFUSED",
        "50,TIMED_OUT,TIMED_OUT",
        "91,UNREACHABLE,UNREACHABLE",
        "10107,UNREACHABLE,UNREACHABLE",
        "51003,STATEMENT_REFUSED,LOGIN_REFUSED",
        "0,STATEMENT_REFUSED,LOGIN_REFUSED"
    })
    void codes_meanThis_andDuringALoginThat(int code, TargetFailure meant, TargetFailure duringLogin) {
        assertThat(MongoFailures.of(refused(code), false).failure()).isEqualTo(meant);
        assertThat(MongoFailures.of(refused(code), false)).hasMessageNotContaining("hunter2");
        MongoSecurityException login = new MongoSecurityException(CREDENTIAL, "hunter2", refused(code));
        assertThat(MongoFailures.of(login, false).failure()).isEqualTo(duringLogin);
        assertThat(MongoFailures.of(login, false))
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    @ParameterizedTest
    @CsvSource({"false,UNREACHABLE", "true,TIMED_OUT"})
    void connectionThatBreaksDuringALogin_isNoRefusal(boolean late, TargetFailure meant) {
        MongoSocketReadException broken =
                new MongoSocketReadException("broken", new ServerAddress("127.0.0.1"), new IOException("closed"));
        assertThat(MongoFailures.of(new MongoSecurityException(CREDENTIAL, "x", broken), late)
                        .failure())
                .isEqualTo(meant);
    }
}
