package ai.scailabs.vault.api.request;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.AnswerWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Calls handlers and writes what they answer. A handler takes the {@link Call}, the request, and variables of its path, in any order, and returns an {@link Answer}, or a {@link DeferredAnswer}. The
 * framework's own adapter would prepare binding, a model, a session and asynchronous work for every request, none of which a handler here has.
 */
public final class EndpointAdapter implements HandlerAdapter {
    private static final Set<Class<?>> RETURNED = Set.of(Answer.class, DeferredAnswer.class);

    private final DeferredAnswers deferred;
    private final IdempotentCalls idempotent;
    private final ConcurrentHashMap<HandlerMethod, Argument[]> arguments = new ConcurrentHashMap<>();

    /** @param failures answers what goes wrong with an answer that comes later */
    public EndpointAdapter(HandlerExceptionResolver failures, IdempotentCalls idempotent) {
        this.deferred = new DeferredAnswers(failures);
        this.idempotent = idempotent;
    }

    @Override
    public boolean supports(Object handler) {
        return handler instanceof HandlerMethod method
                && RETURNED.contains(method.getReturnType().getParameterType());
    }

    @Override
    public @Nullable ModelAndView handle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        HandlerMethod method = (HandlerMethod) handler;
        Idempotent once = IdempotentCalls.isAsked(request) ? method.getMethodAnnotation(Idempotent.class) : null;
        if (once != null) {
            idempotent.handle(once, call(request), request, response, name -> pathVariable(request, name), buffered ->
                    (Answer) called(method, buffered));
            return null;
        }
        switch (called(method, request)) {
            case Answer answer -> AnswerWriter.write(answer, response);
            case DeferredAnswer later -> deferred.write(later, request, response);
            default -> throw new IllegalStateException("a handler cannot answer so: " + method);
        }
        return null;
    }

    private Object called(HandlerMethod method, HttpServletRequest request) throws Exception {
        Argument[] sources = arguments.computeIfAbsent(method, EndpointAdapter::argumentsOf);
        Object[] values = new Object[sources.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = sources[i].of(request);
        }
        try {
            return method.getMethod().invoke(method.getBean(), values);
        } catch (InvocationTargetException e) {
            if (e.getTargetException() instanceof Exception refusal) {
                throw refusal;
            }
            throw e;
        }
    }

    private static Argument[] argumentsOf(HandlerMethod method) {
        return Arrays.stream(method.getMethod().getParameters())
                .map(EndpointAdapter::argumentOf)
                .toArray(Argument[]::new);
    }

    private static Argument argumentOf(Parameter parameter) {
        if (parameter.getType() == Call.class) {
            return EndpointAdapter::call;
        }
        if (parameter.getType() == HttpServletRequest.class) {
            return request -> request;
        }
        if (parameter.getType() == String.class && parameter.isAnnotationPresent(PathVariable.class)) {
            String name = parameter.getName();
            return request -> pathVariable(request, name);
        }
        throw new IllegalStateException("a handler cannot take " + parameter);
    }

    private static Call call(HttpServletRequest request) {
        Call call = CallInterceptor.callOf(request);
        if (call == null) {
            throw new IllegalStateException("a handler that takes a Call must be an @Endpoint");
        }
        return call;
    }

    private static String pathVariable(HttpServletRequest request, String name) {
        Map<?, ?> variables = (Map<?, ?>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        if (variables == null || !(variables.get(name) instanceof String value)) {
            throw new IllegalStateException("the path has no variable " + name);
        }
        return value;
    }

    /** Where one argument of a handler comes from. */
    @FunctionalInterface
    private interface Argument {
        Object of(HttpServletRequest request);
    }
}
