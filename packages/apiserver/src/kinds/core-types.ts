import type { TypeTable } from './type-table.ts';

/** Field names and types of the built-in kinds (Kubernetes 1.34 API reference), in the notation of `type-table.ts`. */
export const coreTypes: TypeTable = {
  ObjectMeta: `name generateName namespace selfLink uid resourceVersion generation:l creationTimestamp:t deletionTimestamp:t
    deletionGracePeriodSeconds:l labels:{s} annotations:{s} ownerReferences:[OwnerReference]{uid} finalizers:[s]~ managedFields:[ManagedFieldsEntry]`,
  OwnerReference: 'apiVersion! kind! name! uid! controller:b blockOwnerDeletion:b',
  ManagedFieldsEntry: 'manager operation apiVersion time:t fieldsType fieldsV1:* subresource',
  LabelSelector: 'matchLabels:{s} matchExpressions:[LabelSelectorRequirement]',
  LabelSelectorRequirement: 'key! operator! values:[s]',
  ObjectReference: 'kind namespace name uid apiVersion resourceVersion fieldPath',
  LocalObjectReference: 'name',
  Condition: 'type! status! observedGeneration:l lastTransitionTime:t reason message',

  Namespace: 'apiVersion kind metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus',
  NamespaceSpec: 'finalizers:[s]',
  NamespaceStatus: 'phase conditions:[Condition]{type}',
  Secret: 'apiVersion kind metadata:ObjectMeta immutable:b data:{B} stringData:{s} type',
  ConfigMap: 'apiVersion kind metadata:ObjectMeta immutable:b data:{s} binaryData:{B}',
  ServiceAccount: `apiVersion kind metadata:ObjectMeta secrets:[ObjectReference@]{name} imagePullSecrets:[LocalObjectReference@]
    automountServiceAccountToken:b`,
  Service: 'apiVersion kind metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus',
  ServiceSpec: `ports:[ServicePort]{port,protocol} selector:{s} clusterIP clusterIPs:[s] type externalIPs:[s] sessionAffinity loadBalancerIP
    loadBalancerSourceRanges:[s] externalName externalTrafficPolicy healthCheckNodePort:i publishNotReadyAddresses:b sessionAffinityConfig:*
    ipFamilies:[s] ipFamilyPolicy allocateLoadBalancerNodePorts:b loadBalancerClass internalTrafficPolicy trafficDistribution`,
  ServicePort: 'name protocol appProtocol port!:i targetPort:p nodePort:i',
  ServiceStatus: 'loadBalancer:* conditions:[Condition]{type}',
  Event: `apiVersion kind metadata:ObjectMeta involvedObject:ObjectReference@ reason message source:EventSource firstTimestamp:t lastTimestamp:t
    count:i type eventTime:T series:EventSeries action related:ObjectReference@ reportingComponent reportingInstance`,
  EventSource: 'component host',
  EventSeries: 'count:i lastObservedTime:T',
  NewEvent: `apiVersion kind metadata:ObjectMeta eventTime:T series:EventSeries reportingController reportingInstance action reason
    regarding:ObjectReference@ related:ObjectReference@ note type deprecatedSource:EventSource deprecatedFirstTimestamp:t
    deprecatedLastTimestamp:t deprecatedCount:i`,
  Lease: 'apiVersion kind metadata:ObjectMeta spec:LeaseSpec',
  LeaseSpec:
    'holderIdentity leaseDurationSeconds:i acquireTime:T renewTime:T leaseTransitions:i strategy preferredHolder',

  PersistentVolumeClaim:
    'apiVersion kind metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus',
  PersistentVolumeClaimSpec: `accessModes:[s] selector:LabelSelector@ resources:VolumeResourceRequirements volumeName storageClassName volumeMode
    dataSource:* dataSourceRef:* volumeAttributesClassName`,
  VolumeResourceRequirements: 'limits:{q} requests:{q}',
  PersistentVolumeClaimStatus: `phase accessModes:[s] capacity:{q} conditions:[Condition]{type} allocatedResources:{q}
    allocatedResourceStatuses:{s} currentVolumeAttributesClassName modifyVolumeStatus:*`,

  Role: 'apiVersion kind metadata:ObjectMeta rules:[PolicyRule]',
  ClusterRole: 'apiVersion kind metadata:ObjectMeta rules:[PolicyRule] aggregationRule:*',
  PolicyRule: 'verbs!:[s] apiGroups:[s] resources:[s] resourceNames:[s] nonResourceURLs:[s]',
  RoleBinding: 'apiVersion kind metadata:ObjectMeta subjects:[Subject] roleRef!:RoleRef@',
  ClusterRoleBinding: 'apiVersion kind metadata:ObjectMeta subjects:[Subject] roleRef!:RoleRef@',
  Subject: 'kind! apiGroup name! namespace',
  RoleRef: 'apiGroup kind! name!',

  Pod: 'apiVersion kind metadata:ObjectMeta spec:PodSpec status:PodStatus',
  PodTemplateSpec: 'metadata:ObjectMeta spec:PodSpec',
  PodSpec: `volumes:[Volume]{name} initContainers:[Container]{name} containers!:[Container]{name} ephemeralContainers:[Container]{name}
    restartPolicy terminationGracePeriodSeconds:l activeDeadlineSeconds:l dnsPolicy nodeSelector:{s} serviceAccountName serviceAccount
    automountServiceAccountToken:b nodeName hostNetwork:b hostPID:b hostIPC:b shareProcessNamespace:b securityContext:PodSecurityContext
    imagePullSecrets:[LocalObjectReference@]{name} hostname subdomain affinity:* schedulerName tolerations:[Toleration] hostAliases:[HostAlias]{ip}
    priorityClassName priority:i dnsConfig:* readinessGates:[*] runtimeClassName enableServiceLinks:b preemptionPolicy overhead:{q}
    topologySpreadConstraints:[TopologySpreadConstraint]{topologyKey,whenUnsatisfiable} setHostnameAsFQDN:b os:* hostUsers:b
    schedulingGates:[LocalObjectReference]{name} resourceClaims:[*] resources:ResourceRequirements hostnameOverride`,
  HostAlias: 'ip! hostnames:[s]',
  Toleration: 'key operator value effect tolerationSeconds:l',
  TopologySpreadConstraint: `maxSkew!:i topologyKey! whenUnsatisfiable! labelSelector:LabelSelector@ minDomains:i nodeAffinityPolicy
    nodeTaintsPolicy matchLabelKeys:[s]`,
  PodSecurityContext: `seLinuxOptions:* windowsOptions:* runAsUser:l runAsGroup:l runAsNonRoot:b supplementalGroups:[l] supplementalGroupsPolicy
    fsGroup:l sysctls:[*] fsGroupChangePolicy seccompProfile:* appArmorProfile:* seLinuxChangePolicy`,
  Container: `name! image command:[s] args:[s] workingDir ports:[ContainerPort]{containerPort,protocol} envFrom:[EnvFrom] env:[EnvVar]{name}
    resources:ResourceRequirements resizePolicy:[*] restartPolicy restartPolicyRules:[*] volumeMounts:[VolumeMount]{mountPath}
    volumeDevices:[VolumeDevice]{devicePath} livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:* terminationMessagePath
    terminationMessagePolicy imagePullPolicy securityContext:SecurityContext stdin:b stdinOnce:b tty:b targetContainerName`,
  ContainerPort: 'name hostPort:i containerPort!:i protocol hostIP',
  EnvFrom: 'prefix configMapRef:OptionalReference secretRef:OptionalReference',
  OptionalReference: 'name optional:b',
  EnvVar: 'name! value valueFrom:EnvVarSource',
  EnvVarSource:
    'fieldRef:FieldRef@ resourceFieldRef:ResourceFieldRef@ configMapKeyRef:KeyReference@ secretKeyRef:KeyReference@ fileKeyRef:*',
  FieldRef: 'apiVersion fieldPath!',
  ResourceFieldRef: 'containerName resource! divisor:q',
  KeyReference: 'name key! optional:b',
  ResourceRequirements: 'limits:{q} requests:{q} claims:[*]',
  VolumeMount: 'name! readOnly:b recursiveReadOnly mountPath! subPath mountPropagation subPathExpr',
  VolumeDevice: 'name! devicePath!',
  Probe: `exec:* httpGet:* tcpSocket:* grpc:* initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i failureThreshold:i
    terminationGracePeriodSeconds:l`,
  SecurityContext: `capabilities:Capabilities privileged:b seLinuxOptions:* windowsOptions:* runAsUser:l runAsGroup:l runAsNonRoot:b
    readOnlyRootFilesystem:b allowPrivilegeEscalation:b procMount seccompProfile:* appArmorProfile:*`,
  Capabilities: 'add:[s] drop:[s]',
  Volume: `name! hostPath:* emptyDir:EmptyDir gcePersistentDisk:* awsElasticBlockStore:* gitRepo:* secret:SecretVolume nfs:* iscsi:* glusterfs:*
    persistentVolumeClaim:ClaimVolume rbd:* flexVolume:* cinder:* cephfs:* flocker:* downwardAPI:* fc:* azureFile:* configMap:ConfigMapVolume
    vsphereVolume:* quobyte:* azureDisk:* photonPersistentDisk:* projected:* portworxVolume:* scaleIO:* storageos:* csi:* ephemeral:* image:*`,
  EmptyDir: 'medium sizeLimit:q',
  SecretVolume: 'secretName items:[KeyToPath] defaultMode:i optional:b',
  ConfigMapVolume: 'name items:[KeyToPath] defaultMode:i optional:b',
  KeyToPath: 'key! path! mode:i',
  ClaimVolume: 'claimName! readOnly:b',
  PodStatus: `phase conditions:[PodCondition]{type} message reason nominatedNodeName hostIP hostIPs:[*] podIP podIPs:[PodIP]{ip} startTime:t
    initContainerStatuses:[ContainerStatus] containerStatuses:[ContainerStatus] qosClass ephemeralContainerStatuses:[ContainerStatus]
    resize resourceClaimStatuses:[*] observedGeneration:l extendedResourceClaimStatus:*`,
  PodIP: 'ip!',
  PodCondition: 'type! status! observedGeneration:l lastProbeTime:t lastTransitionTime:t reason message',
  ContainerStatus: `name! state:ContainerState lastState:ContainerState ready:b restartCount:i image imageID containerID started:b
    allocatedResources:{q} resources:ResourceRequirements volumeMounts:[*] user:* allocatedResourcesStatus:[*] stopSignal`,
  ContainerState: 'waiting:StateWaiting running:StateRunning terminated:StateTerminated',
  StateWaiting: 'reason message',
  StateRunning: 'startedAt:t',
  StateTerminated: 'exitCode!:i signal:i reason message startedAt:t finishedAt:t containerID',

  Deployment: 'apiVersion kind metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus',
  DeploymentSpec: `replicas:i selector!:LabelSelector@ template!:PodTemplateSpec strategy:DeploymentStrategy minReadySeconds:i
    revisionHistoryLimit:i paused:b progressDeadlineSeconds:i`,
  DeploymentStrategy: 'type rollingUpdate:RollingUpdate',
  RollingUpdate: 'maxUnavailable:p maxSurge:p',
  DeploymentStatus: `observedGeneration:l replicas:i updatedReplicas:i readyReplicas:i availableReplicas:i unavailableReplicas:i
    terminatingReplicas:i conditions:[DeploymentCondition]{type} collisionCount:i`,
  DeploymentCondition: 'type! status! lastUpdateTime:t lastTransitionTime:t reason message',
  PriorityClass: 'apiVersion kind metadata:ObjectMeta value!:i globalDefault:b description preemptionPolicy',
  Scale: 'apiVersion kind metadata:ObjectMeta spec:ScaleSpec status:ScaleStatus',
  ScaleSpec: 'replicas:i',
  ScaleStatus: 'replicas:i selector',

  Node: 'apiVersion kind metadata:ObjectMeta spec:* status:*',

  CustomResourceDefinition: `apiVersion kind metadata:ObjectMeta spec!:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus`,
  CustomResourceDefinitionSpec: `group! names!:CustomResourceDefinitionNames scope! versions!:[CustomResourceDefinitionVersion]
    conversion:* preserveUnknownFields:b`,
  CustomResourceDefinitionNames: 'plural! singular shortNames:[s] kind! listKind categories:[s]',
  CustomResourceDefinitionVersion: `name! served!:b storage!:b deprecated:b deprecationWarning schema:CustomResourceValidation
    subresources:CustomResourceSubresources additionalPrinterColumns:[CustomResourceColumnDefinition] selectableFields:[SelectableField]`,
  CustomResourceValidation: 'openAPIV3Schema:*',
  CustomResourceSubresources: 'status:* scale:CustomResourceSubresourceScale',
  CustomResourceSubresourceScale: 'specReplicasPath! statusReplicasPath! labelSelectorPath',
  CustomResourceColumnDefinition: 'name! type! format description priority:i jsonPath!',
  SelectableField: 'jsonPath!',
  CustomResourceDefinitionStatus: `conditions:[Condition]{type} acceptedNames:CustomResourceDefinitionNames storedVersions:[s]
    observedGeneration:l`,

  TokenReview: 'apiVersion kind metadata:ObjectMeta spec!:* status:*',
  AccessReview: 'apiVersion kind metadata:ObjectMeta spec!:* status:*',
};
