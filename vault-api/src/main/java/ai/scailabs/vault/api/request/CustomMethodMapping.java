package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.web.servlet.mvc.condition.RequestCondition;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Spring's mapping, extended by {@link CustomMethod}. A handler without one matches only requests without a colon suffix. */
public final class CustomMethodMapping extends RequestMappingHandlerMapping {
    @Override
    protected RequestCondition<?> getCustomMethodCondition(Method method) {
        CustomMethod annotation = AnnotationUtils.findAnnotation(method, CustomMethod.class);
        return new Suffix(annotation == null ? "" : annotation.value());
    }

    /** What follows the last colon of the last segment; empty when there is none. */
    static String suffixOf(String uri) {
        int colon = uri.lastIndexOf(':');
        return colon < 0 || uri.indexOf('/', colon) >= 0 ? "" : uri.substring(colon + 1);
    }

    private record Suffix(String name) implements RequestCondition<Suffix> {
        @Override
        public Suffix combine(Suffix other) {
            return other;
        }

        @Override
        public @Nullable Suffix getMatchingCondition(HttpServletRequest request) {
            return suffixOf(request.getRequestURI()).equals(name) ? this : null;
        }

        @Override
        public int compareTo(Suffix other, HttpServletRequest request) {
            return 0;
        }
    }
}
