{{/* The pod, alike in a StatefulSet and in a Deployment. */}}
{{- define "keyward.pod" -}}
{{- $postgresql := eq .Values.store.kind "postgresql" -}}
metadata:
  labels:
    {{- include "keyward.labels" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "keyward.name" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add .Values.drain.preStop .Values.drain.delay .Values.drain.timeout 12 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $postgresql }}
  topologySpreadConstraints:
    {{- range $key, $unsatisfiable := dict "topology.kubernetes.io/zone" "ScheduleAnyway" "kubernetes.io/hostname" "DoNotSchedule" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: {{ $unsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "keyward.selector" $ | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: keyward
      image: {{ include "keyward.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - --listen=0.0.0.0:50051
        - --tls_cert=/etc/keyward/tls/tls.crt
        - --tls_key=/etc/keyward/tls/tls.key
        - --tls_client_ca=/etc/keyward/tls/ca.crt
        - --policy=/etc/keyward/policy/policy.textproto
        - --health_listen=0.0.0.0:50052
        - --metrics_listen=0.0.0.0:9464
        - --drain_delay={{ .Values.drain.delay }}s
        - --drain_timeout={{ .Values.drain.timeout }}s
        {{- with .Values.otlp.endpoint }}
        - --otlp_endpoint={{ . }}
        {{- end }}
        {{- range .Values.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      env:
        - name: API_KEY_MASTER_KEY_FILE
          value: /etc/keyward/kek/master-key
        {{- if .Values.kek.previous }}
        - name: API_KEY_MASTER_KEY_PREVIOUS_FILE
          value: /etc/keyward/kek/previous-master-keys
        {{- end }}
        - name: KEYWARD_STORE
          {{- if $postgresql }}
          value: {{ required "store.postgresql.url: the database's address" .Values.store.postgresql.url | quote }}
        - name: KEYWARD_STORE_PASSWORD_FILE
          value: /etc/keyward/database/password
        - name: KEYWARD_STORE_WAIT
          value: 24h
          {{- else }}
          value: sqlite:/var/lib/keyward/keys.db
          {{- end }}
      ports:
        - name: grpc
          containerPort: 50051
        - name: probes
          containerPort: 50052
        - name: metrics
          containerPort: 9464
      lifecycle:
        preStop:
          exec:
            command: [sleep, {{ .Values.drain.preStop | quote }}]
      startupProbe:
        grpc:
          port: 50052
          service: liveness
        periodSeconds: 1
        failureThreshold: 300
      readinessProbe:
        grpc:
          port: 50052
        periodSeconds: 2
        failureThreshold: 2
      livenessProbe:
        grpc:
          port: 50052
          service: liveness
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: {{ if $postgresql }}database{{ else }}data{{ end }}
          mountPath: {{ if $postgresql }}/etc/keyward/database{{ else }}/var/lib/keyward{{ end }}
          {{- if $postgresql }}
          readOnly: true
          {{- end }}
        - name: run
          mountPath: /run/keyward
        - name: kek
          mountPath: /etc/keyward/kek
          readOnly: true
        - name: tls
          mountPath: /etc/keyward/tls
          readOnly: true
        - name: policy
          mountPath: /etc/keyward/policy
          readOnly: true
  volumes:
    - name: run
      emptyDir:
        medium: Memory
        sizeLimit: 1Mi
    - name: kek
      secret:
        secretName: {{ .Values.kek.secretName }}
        defaultMode: 0440
    - name: tls
      {{- if eq .Values.tls.source "csi" }}
      csi:
        driver: csi.cert-manager.io
        readOnly: true
        volumeAttributes:
          csi.cert-manager.io/issuer-kind: {{ .Values.tls.issuer.kind }}
          csi.cert-manager.io/issuer-name: {{ .Values.tls.issuer.name }}
          csi.cert-manager.io/dns-names: {{ include "keyward.host" . }},{{ include "keyward.host" . }}.cluster.local
          csi.cert-manager.io/uri-names: {{ include "keyward.spiffeId" . }}
          csi.cert-manager.io/key-usages: digital signature,server auth
          csi.cert-manager.io/duration: {{ .Values.tls.duration }}
          csi.cert-manager.io/fs-group: "65532"
      {{- else }}
      secret:
        secretName: {{ .Values.tls.secretName }}
        defaultMode: 0440
      {{- end }}
    - name: policy
      configMap:
        name: {{ include "keyward.name" . }}-policy
    {{- if $postgresql }}
    - name: database
      secret:
        secretName: {{ .Values.store.postgresql.secretName }}
        defaultMode: 0440
    {{- end }}
{{- end }}
